"""Screen 07: values of two people about one record, side by side, until somebody decides."""
