"""The page: HTML of what insights answer, for a person who has signed in with a key."""
