"""The optical table: a drawing of the bench, made from its wiring and from what its instruments tell of themselves."""
