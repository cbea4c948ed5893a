from tracker.web.intake.views import blueprint

__all__ = ["blueprint"]
