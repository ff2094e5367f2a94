"""The annual review: sessions and who came, issues, votes, decisions and what follows, the record."""
