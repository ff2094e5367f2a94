"""People who sign in: accounts, passwords, permissions, failed attempts."""
