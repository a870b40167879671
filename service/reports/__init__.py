"""What the programme is told of itself: indicators as versioned data, counted set-based from the rows that hold them."""
