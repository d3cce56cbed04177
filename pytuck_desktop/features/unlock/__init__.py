"""The question for the password of an encrypted file."""
