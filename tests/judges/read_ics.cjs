// Reads a calendar on standard input with ical.js or node-ical, and prints what was understood as JSON.
// Usage: node read_ics.cjs FOLDER_WITH_NODE_MODULES ical.js|node-ical
"use strict";
const fs = require("fs");
const path = require("path");
const { createRequire } = require("module");

const [folder, parser] = process.argv.slice(2);
const load = createRequire(path.join(path.resolve(folder), "x.js"));
const text = fs.readFileSync(0, "utf8");

function withIcalJs() {
  const ICAL = load("ical.js");
  const calendar = new ICAL.Component(ICAL.parse(text));
  const textOf = (component, name) => {
    const value = component.getFirstPropertyValue(name);
    return value === null ? "" : value.toString();
  };
  return calendar
    .getAllSubcomponents()
    .filter((component) => ["vevent", "vtodo"].includes(component.name))
    .map((component) => ({
      kind: component.name,
      uid: textOf(component, "uid"),
      title: textOf(component, "summary"),
      start: textOf(component, component.name === "vtodo" ? "due" : "dtstart"),
      end: textOf(component, "dtend"),
      status: textOf(component, "status"),
      description: textOf(component, "description"),
      url: textOf(component, "url"),
      alarms: String(component.getAllSubcomponents("valarm").length),
      calendar: textOf(calendar, "x-wr-calname"),
    }));
}

function withNodeIcal() {
  const found = Object.values(load("node-ical").sync.parseICS(text));
  const calendar = found.find((part) => part.type === "VCALENDAR") || {};
  // A date without time is midnight in this process's zone, whatever that is.
  const pad = (number) => String(number).padStart(2, "0");
  const dayOf = (value) =>
    value ? `${value.getFullYear()}-${pad(value.getMonth() + 1)}-${pad(value.getDate())}` : "";
  return found
    .filter((part) => ["VEVENT", "VTODO"].includes(part.type))
    .map((part) => ({
      kind: part.type.toLowerCase(),
      uid: part.uid,
      title: part.summary || "",
      start: dayOf(part.type === "VTODO" ? new Date(part.due) : part.start),
      end: dayOf(part.end),
      status: part.status || "",
      description: part.description || "",
      url: part.url || "",
      alarms: String(Object.keys(part.alarms || {}).length),
      calendar: calendar["WR-CALNAME"] || "",
    }));
}

console.log(JSON.stringify(parser === "ical.js" ? withIcalJs() : withNodeIcal()));
