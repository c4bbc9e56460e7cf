"""The policies and requests of PolicyBench in Cedar (PyPI: cedarpy) and Rego (PyPI: regopy), decided by those engines.

    PolicyBench requests RULES | python policies.py RULES

Prints nanoseconds of processor time a decision, the policies parsed before; and whether both agree with every answer of PolicyBench.
"""
import json
import sys
import time

import cedarpy
import regopy

rules = int(sys.argv[1])
requests = [json.loads(line) for line in sys.stdin]


def median_ns(run, least=0.02):
    repeats = 1
    while True:
        start = time.process_time()
        for _ in range(repeats):
            run()
        if time.process_time() - start > least:
            break
        repeats *= 2
    rounds = []
    for _ in range(5):
        start = time.process_time()
        for _ in range(repeats):
            run()
        rounds.append((time.process_time() - start) / repeats)
    return sorted(rounds)[2] * 1e9 / len(requests)


def report(name, parse_seconds, decide, answers):
    wrong = sum(1 for request, answer in zip(requests, answers) if request["allowed"] != answer)
    print(f"{name}\t{rules}\tparse ms {parse_seconds * 1000:.0f}\tns/decision {median_ns(decide):.0f}\tdiffering {wrong}")


def cedar():
    text = []
    for number in range(rules):
        if number % 2 == 0:
            text.append(
                f'permit(principal == User::"bot", action == Action::"select", resource == Table::"t{number}")'
                " when { context.has_where };")
        else:
            text.append(f'forbid(principal, action == Action::"delete", resource == Table::"t{number - 1}");')
    start = time.process_time()
    policies = cedarpy.PolicySet.from_str("\n".join(text))
    parsed = time.process_time() - start
    entities = cedarpy.Entities.from_json_str("[]")
    asked = [
        {
            "principal": {"type": "User", "id": "bot"},
            "action": {"type": "Action", "id": request["verb"]},
            "resource": {"type": "Table", "id": request["table"]},
            "context": {"has_where": request["where"]},
        }
        for request in requests
    ]

    def decide():
        return [cedarpy.is_authorized(one, policies, entities).allowed for one in asked]

    report("cedar", parsed, decide, decide())


def rego():
    # Rules by table in a map, as a careful author writes them for an engine that indexes objects but not rules.
    allow = ",\n".join(f'"t{number}": {{"select": "where"}}' for number in range(0, rules, 2))
    text = f"""package bench
import rego.v1
allowed := {{ {allow} }}
default allow := false
allow if {{ input.principal == "bot"; allowed[input.table][input.verb] == "where"; input.has_where }}
"""
    start = time.process_time()
    interpreter = regopy.Interpreter()
    interpreter.add_module("bench", text)
    parsed = time.process_time() - start
    asked = [
        {"principal": "bot", "verb": request["verb"], "table": request["table"], "has_where": request["where"]}
        for request in requests
    ]

    def decide():
        answers = []
        for one in asked:
            interpreter.set_input(one)
            found = interpreter.query("data.bench.allow").results
            answers.append(bool(found) and list(found[0].expressions) == [True])
        return answers

    report("rego", parsed, decide, decide())


cedar()
rego()
