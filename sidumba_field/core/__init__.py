"""The pure heart: forms, workflow, records, merge, identity. Standard library and lxml only, judged alike everywhere."""
