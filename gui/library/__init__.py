"""The library of past runs: found, looked at, compared, annotated, run again."""
