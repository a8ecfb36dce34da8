"""What the public id of each kind begins with; tasks live inside plans and have their own."""

from portal.register.records import Kind

PREFIX = {
    Kind.AGENCY: "a", Kind.ITEM: "i", Kind.ENTITY: "e", Kind.PLAN: "p", Kind.DRAW: "d",
    Kind.DRAW_ENTRY: "l", Kind.RESULT: "r", Kind.FOLLOWUP: "f", Kind.DOCUMENT: "m",
    Kind.WITHHELD: "w", Kind.REPLY: "y",
}  # fmt: skip
TASK_PREFIX = "t"
