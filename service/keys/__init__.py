"""Authentication: keys with scopes, origins and rates, workspaces, sessions of the dashboard."""
