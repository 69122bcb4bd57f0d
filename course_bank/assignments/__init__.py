"""Which questions an assignment asks, and what each student gets of them."""
