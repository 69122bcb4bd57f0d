"""Seeds: by the secret of a course, by a student's id."""

from course_bank.assignments.seeds import hidden_seed, pool_seed, student_seed


def test_seeds_are_pinned():
    """A changed seed would give every student other numbers in the middle of a term."""
    assert student_seed("ada", "ps2-output-shapes", "sizes-valid") == 1880722344035542376
    assert hidden_seed("secret", "ada", "ps7", "conv2d-loops") == 7866525185711264212


def test_every_part_of_a_seed_counts():
    seeds = {
        student_seed(*parts)
        for parts in (("a", "b", "c"), ("b", "a", "c"), ("ab", "", "c"), ("a", "bc", ""))
    }
    assert len(seeds) == 4


def test_what_is_drawn_by_the_secret_needs_the_secret():
    seeds = {hidden_seed(s, "ada", "ps7", "q") for s in ("one", "two", b"three")}
    seeds |= {pool_seed(s, "ps7", "q", i) for s in ("one", "two") for i in range(3)}
    assert len(seeds) == 9
    assert hidden_seed("one", "ada", "ps7", "q") == hidden_seed(b"one", "ada", "ps7", "q")
    assert student_seed("ada", "ps7", "q") not in seeds
