"""督办台账: from a published plan to tasks that units own, followed until they are struck off.

bytes -> text -> outline -> clauses -> units and deadlines -> drafts    (tracker.reading)
drafts -> a supervisor adopts them -> tasks and assignments             (tracker.services.intake)
assignments -> liaisons sign for, report, submit; supervisors decide    (tracker.services.work)
assignments -> the sweep flags what is overdue and records notices      (tracker.services.sweep)
assignments -> lists, spreadsheets and calendars people subscribe to    (tracker.export)

Values and rules stand in tracker.domain, tables and queries in tracker.store,
pages in tracker.web; tracker.app puts the parts together.
"""
