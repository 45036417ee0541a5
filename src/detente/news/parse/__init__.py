"""Documents to parsed paragraphs, and small questions to a parse."""
