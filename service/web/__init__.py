"""HTTP without any domain: problems, bodies, cursors, idempotency, and the outermost layer."""
