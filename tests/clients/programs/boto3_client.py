# One living boto3 session; see clients_test.py for the lines it reads and writes.
import json
import os
import sys

import boto3

session, credentials = boto3.Session(), None


def get():
    global credentials
    credentials = credentials or session.get_credentials()
    if credentials is None:
        raise RuntimeError("no credentials")
    return credentials.get_frozen_credentials().access_key


def call():
    return session.client("sts", endpoint_url=os.environ["STS_URL"]).get_caller_identity()["UserId"]


for line in sys.stdin:
    try:
        answer = {"access_key": {"get": get, "call": call}[line.strip()]()}
    except Exception as error:
        answer = {"error": str(error)}
    print(json.dumps(answer), flush=True)
