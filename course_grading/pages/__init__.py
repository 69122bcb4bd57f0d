"""What grading makes for people: feedback, report, grades as CSV, the students' archive."""
