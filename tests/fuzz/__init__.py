"""Coverage-guided fuzzing: what is fuzzed (`targets`), what it starts from (`seeds`), and the runs (`run`).

It stands among the tests because a crash is a failing test, and because `tests/test_fuzz.py` sends every seed through
its target without the fuzzer.
"""
