"""What the stack does with its S3 server: make buckets, upload a folder.

Usage: s3.py buckets NAME.. | upload FOLDER BUCKET PREFIX
Settings come from the environment (S3_PORT, S3_REGION, S3_ACCESS_KEY, S3_SECRET_KEY).
"""

import hashlib
import os
import pathlib
import sys

import boto3
from botocore.config import Config


def client():
    return boto3.client(
        "s3",
        endpoint_url=f"http://127.0.0.1:{os.environ['S3_PORT']}",
        region_name=os.environ["S3_REGION"],
        aws_access_key_id=os.environ["S3_ACCESS_KEY"],
        aws_secret_access_key=os.environ["S3_SECRET_KEY"],
        config=Config(retries={"max_attempts": 5}, connect_timeout=2, read_timeout=10),
    )


def bucket_names(s3):
    return {bucket["Name"] for bucket in s3.list_buckets()["Buckets"]}


def make_buckets(s3, names):
    for name in sorted(set(names) - bucket_names(s3)):
        s3.create_bucket(Bucket=name)


def upload(s3, folder, bucket, prefix):
    """Uploads what differs; objects that are no longer in the folder are removed, so that the prefix mirrors it."""
    present = {}
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=f"{prefix}/"):
        present.update((item["Key"], item["ETag"].strip('"')) for item in page.get("Contents", []))
    for path in sorted(pathlib.Path(folder).rglob("*.json")):
        key = f"{prefix}/{path.relative_to(folder).as_posix()}"
        body = path.read_bytes()
        if present.pop(key, None) != hashlib.md5(body).hexdigest():
            s3.put_object(Bucket=bucket, Key=key, Body=body, ContentType="application/json")
    for key in present:
        s3.delete_object(Bucket=bucket, Key=key)


def main(action, *rest):
    if action == "buckets":
        make_buckets(client(), rest)
    elif action == "upload":
        upload(client(), *rest)
    else:
        raise SystemExit(f"unknown action {action!r}: use buckets or upload")


main(*sys.argv[1:])
