"""Sources and their checks: registering, harvesting, holding, problems."""
