"""Paper: a ReportModel of plain rows and provenance becomes PDF or a spreadsheet."""
