"""A program that does everything wrong: the control of the lab's own judgement."""
