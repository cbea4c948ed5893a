"""The least that the overdue page could cost: Flask, one statement and one table in Jinja, nobody signed in."""

from __future__ import annotations

import os
from datetime import date

from flask import Flask, render_template_string
from sqlalchemy import Date, create_engine, text

app = Flask(__name__)
ENGINE = create_engine(os.environ["TRACKER_DATABASE_URL"])
TODAY = date.fromisoformat(os.environ["TRACKER_TODAY"])
ROWS = text(
    "SELECT a.id, a.due_on, a.original_due_on, a.role, a.state, t.title, u.name, p.id AS plan_id, p.title AS plan, "
    "(SELECT h.words FROM history_entry h WHERE h.assignment_id = a.id AND h.event IN ('report', 'submit') "
    "ORDER BY h.id DESC LIMIT 1) AS told "
    "FROM assignment a JOIN unit u ON u.id = a.unit_id JOIN task t ON t.id = a.task_id JOIN plan p ON p.id = t.plan_id "
    "WHERE u.path LIKE '/1/%' AND a.state IN ('dispatched', 'declined', 'in_progress', 'submitted') "
    "AND t.state = 'open' AND a.due_on < :today ORDER BY a.due_on, a.id LIMIT 50"
).columns(due_on=Date, original_due_on=Date)
PAGE = """<!doctype html><html lang="zh-CN"><head><title>逾期清单</title></head><body><main><h1>逾期清单</h1><table>
{% for row in rows %}<tr><td><a href="/assignments/{{ row.id }}">{{ row.title }}</a>{% if row.told %}
<div>最近进展：{{ row.told }}</div>{% endif %}</td><td>{{ row.name }}</td><td>{{ row.role }}</td>
<td>{{ (today - row.due_on).days }}天<div>时限{{ row.due_on }}</div></td><td>{{ row.state }}</td>
<td><a href="/plans/{{ row.plan_id }}">{{ row.plan }}</a></td></tr>{% endfor %}</table></main></body></html>"""


@app.get("/")
def overdue() -> str:
    """Fifty rows."""
    with ENGINE.connect() as connection:
        rows = connection.execute(ROWS, {"today": TODAY}).all()
    return render_template_string(PAGE, rows=rows, today=TODAY)
