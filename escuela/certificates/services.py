def draw_due_certificates() -> int:
    return 0
