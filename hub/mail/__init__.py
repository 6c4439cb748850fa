"""Mails: written in the transaction of what they tell of, and handed to the operator's relay afterwards."""
