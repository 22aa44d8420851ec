"""Judges documents by a JSON Schema: one a line on standard input, for each a line with 1 or 0 on standard output."""

import json
import sys

from jsonschema import Draft202012Validator

with open(sys.argv[1], encoding="utf-8") as file:
    schema = json.load(file)
Draft202012Validator.check_schema(schema)
validator = Draft202012Validator(schema)
for line in sys.stdin.buffer:
    print(int(validator.is_valid(json.loads(line))))
