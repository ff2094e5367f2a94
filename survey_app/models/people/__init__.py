"""Who signs in, what needs a second person, what people were told and consented to."""
