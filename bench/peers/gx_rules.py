"""The thirty rules of bench/quality as Great Expectations' own, over a table in PostgreSQL: gx_rules.py URL SCHEMA TABLE ENGINE.

ENGINE sql: its SQL execution engine asks the database. ENGINE pandas: the rows are read first, which is part of the time.
BOOLEAN_ONLY, the least that it can be asked for. One rule (a functional dependency) is SQL of one's own, which the pandas
engine has not: there it is left out. Prints {"seconds", "read", "rules", "passed"}.
"""
import datetime
import json
import logging
import os
import sys
import time
import warnings

os.environ["GX_ANALYTICS_ENABLED"] = "false"
warnings.filterwarnings("ignore")
logging.disable(logging.CRITICAL)

import great_expectations as gx  # noqa: E402
import great_expectations.expectations as e  # noqa: E402
import pandas  # noqa: E402
import sqlalchemy  # noqa: E402

url, schema, table, engine = sys.argv[1:5]
url = url.replace("postgresql://", "postgresql+psycopg2://").replace("postgres://", "postgresql+psycopg2://")
now = datetime.datetime.now(datetime.timezone.utc)

rules = [e.ExpectColumnValuesToNotBeNull(column=c) for c in ("customer", "product", "quantity", "price", "ordered", "status", "country")]
rules += [
    e.ExpectColumnValuesToBeBetween(column="quantity", min_value=1, max_value=9),
    e.ExpectColumnValuesToBeBetween(column="price", min_value=0, max_value=1000),
    e.ExpectColumnValuesToBeBetween(column="discount", min_value=0, max_value=1),
    e.ExpectColumnValuesToBeBetween(column="weight", min_value=0),
    e.ExpectColumnValuesToBeBetween(column="ordered", min_value=datetime.date(2020, 1, 1)),
    e.ExpectColumnValueLengthsToBeBetween(column="note", max_value=40),
    e.ExpectColumnValueLengthsToBeBetween(column="city", min_value=2, max_value=60),
    e.ExpectColumnValuesToMatchRegex(column="zip", regex="^[0-9]{5}$"),
    e.ExpectColumnValuesToMatchRegex(column="phone", regex="^0[0-9]{9}$"),
    e.ExpectColumnValuesToMatchRegex(column="code", regex="^AB-[0-9]{4}$"),
    e.ExpectColumnValuesToMatchRegex(column="email", regex="^[^@ ]+@[^@ ]+$"),
    e.ExpectColumnValuesToBeInSet(column="status", value_set=["new", "paid", "packed", "sent", "back"]),
    e.ExpectColumnValuesToBeInSet(column="country", value_set=["FR", "DE", "IT", "ES", "PT", "NL", "BE", "AT"]),
    e.ExpectColumnValuesToBeInSet(column="channel", value_set=["web", "shop"]),
    e.ExpectColumnValuesToBeBetween(column="ordered", max_value=now.date()),
    e.ExpectColumnValuesToBeBetween(column="touched", max_value=now),
    e.ExpectColumnPairValuesAToBeGreaterThanB(column_A="shipped", column_B="ordered", or_equal=True),
    e.ExpectColumnProportionOfNonNullValuesToBeBetween(column="note", min_value=0.5),
    e.ExpectColumnMeanToBeBetween(column="quantity", min_value=2, max_value=8),
    e.ExpectTableRowCountToBeBetween(min_value=1),
    e.ExpectColumnMaxToBeBetween(column="touched", min_value=now - datetime.timedelta(hours=1e6)),
    e.ExpectColumnProportionOfNonNullValuesToBeBetween(column="city", min_value=0.99),
]
if engine == "sql":
    rules.append(e.UnexpectedRowsExpectation(unexpected_rows_query="select zip from {batch} group by zip having count(distinct country) > 1"))

context = gx.get_context(mode="ephemeral")
context.variables.progress_bars = {"globally": False, "metric_calculations": False}
suite = context.suites.add(gx.ExpectationSuite(name="rules", expectations=rules))
parameters = None
read = 0.0
if engine == "sql":
    source = context.data_sources.add_postgres(name="db", connection_string=url)
    asset = source.add_table_asset(name=table, table_name=table, schema_name=schema)
    batch = asset.add_batch_definition_whole_table("whole")
else:
    asset = context.data_sources.add_pandas("memory").add_dataframe_asset(name=table)
    batch = asset.add_batch_definition_whole_dataframe("whole")
    begun = time.perf_counter()
    frame = pandas.read_sql_table(table, sqlalchemy.create_engine(url), schema=schema)
    read = time.perf_counter() - begun
    for column in ("ordered", "shipped"):
        frame[column] = pandas.to_datetime(frame[column]).dt.date
    parameters = {"dataframe": frame}
definition = gx.ValidationDefinition(name="rules", data=batch, suite=suite)
context.validation_definitions.add(definition)
begun = time.perf_counter()
result = definition.run(batch_parameters=parameters, result_format="BOOLEAN_ONLY")
seconds = time.perf_counter() - begun
failed = [r.expectation_config.type for r in result.results if not r.success]
raised = [str(r.exception_info)[:300] for r in result.results if not r.success and "raised_exception': True" in str(r.exception_info)]
print(json.dumps({"seconds": seconds + read, "read": read, "rules": len(result.results), "passed": len(result.results) - len(failed), "failed": failed, "raised": raised[:2]}))
