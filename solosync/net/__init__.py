"""Other people's servers, spoken to: mail and sign-in providers."""
