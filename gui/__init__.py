"""The window of vlab (needs the extra ``gui``)."""
