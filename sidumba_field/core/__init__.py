"""The pure heart: forms, workflow, records, merge, identity. Standard library and lxml only; one judge everywhere."""
