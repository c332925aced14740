"""Campaign nouns, telephony resources, changes, records: values all layers share."""
