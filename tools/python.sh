#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors

# Prints the Python that runs the tests: the first that has what they need, else the system's.
for python in python3 /usr/bin/python3; do
    if "$python" -c 'import pytest, jsonschema' 2>/dev/null; then
        echo "$python"
        exit 0
    fi
done
echo /usr/bin/python3
