"""The tests: one folder for each layer of the portal, each module opening with the rule it holds."""
