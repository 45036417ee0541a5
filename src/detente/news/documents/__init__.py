"""Files of many kinds to documents: decoded, cleaned, with the way back to what is shown."""
