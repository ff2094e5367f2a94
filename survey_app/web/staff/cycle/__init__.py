"""The cycle on the screen: ten years of it, what it follows, and each year month by month."""
