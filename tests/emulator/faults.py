"""Scripted faults, set at run time. A fault is a dictionary:

    stage          "token", "exchange" or "any" (default)
    account        a service account's name in the configuration, or absent for all
    project        a profile, project code or project id, or absent for all
    times          how often it strikes; absent: until it is removed
    after          how many matching requests pass untouched before it strikes (default 0)
    delay_seconds  wait before anything else
    action         "answer" (default: the true answer, after the delay), "status", "garbage", "html", "empty",
                   "huge", "truncated", "hang", "reset", "redirect"
    status, headers, body, bytes, location     what the action sends

The first fault that matches a request strikes; the rest wait."""

import json
import threading

HTML = "<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>"
ACTIONS = {"answer", "status", "garbage", "html", "empty", "huge", "truncated", "hang", "reset", "redirect"}
FIELDS = {"stage", "account", "project", "times", "after", "delay_seconds", "action", "status", "headers", "body",
          "bytes", "location"}


class Faults:
    def __init__(self):
        self._lock = threading.Lock()
        self._faults = []
        self._last = 0

    def add(self, fault):
        unknown = set(fault) - FIELDS
        if unknown or fault.get("action", "answer") not in ACTIONS:
            raise ValueError(f"no such fault: {fault}")
        with self._lock:
            self._last += 1
            self._faults.append({"id": self._last, "struck": 0, "after": 0, **fault})
            return self._last

    def clear(self, identifier=None):
        with self._lock:
            self._faults = [f for f in self._faults if identifier is not None and f["id"] != identifier]

    def listing(self):
        with self._lock:
            return [dict(fault) for fault in self._faults]

    def strike(self, stage, account, project):
        """strike() is the fault for this request, or None. `account` and `project` are their dictionaries or None."""
        with self._lock:
            for fault in self._faults:
                if not self._matches(fault, stage, account, project):
                    continue
                if fault["after"] > 0:
                    fault["after"] -= 1
                    continue
                fault["struck"] += 1
                return dict(fault)
        return None

    @staticmethod
    def _matches(fault, stage, account, project):
        if "times" in fault and fault["struck"] >= fault["times"]:
            return False
        if fault.get("stage", "any") not in ("any", stage):
            return False
        if "account" in fault and fault["account"] not in _names(account, "name", "service_account"):
            return False
        return "project" not in fault or fault["project"] in _names(project, "profile", "project_code", "project_id")


def _names(entry, *keys):
    return [entry[key] for key in keys] if entry else []


def scripted_answer(fault):
    """scripted_answer() is (status, headers, body) of an action that sends a whole HTTP answer."""
    action = fault["action"]
    status, headers, body = {
        "status": (500, {"Content-Type": "application/json"}, json.dumps({"message": "scripted"})),
        "garbage": (200, {"Content-Type": "application/json"}, '{"access_token": "x", "AccessKeyId'),
        "html": (502, {"Content-Type": "text/html"}, HTML),
        "empty": (200, {"Content-Type": "application/json"}, ""),
        "huge": (200, {"Content-Type": "application/json"}, " " * fault.get("bytes", 3 << 20)),
        "redirect": (307, {"Location": fault.get("location", "http://127.0.0.1:9/elsewhere")}, ""),
    }[action]
    text = fault.get("body", body)
    if not isinstance(text, str):
        text = json.dumps(text)
    return fault.get("status", status), {**headers, **fault.get("headers", {})}, text.encode()
