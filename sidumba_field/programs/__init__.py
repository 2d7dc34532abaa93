"""Opens an SOP folder: program.toml and its XLSForms become one sealed Program with a content hash."""
