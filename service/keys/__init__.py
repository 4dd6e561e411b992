"""Who asks, and may they: keys with scopes, origins and rates, workspaces, sessions of the page."""
