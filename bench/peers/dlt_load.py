"""One edition of the orders into PostgreSQL by dlt, as a slowly changing dimension; prints {"seconds", "rows"}.

dlt_load.py <csv> <postgres url> <working folder>. The file is read by pyarrow and handed over as data frames, which
dlt carries as Arrow tables: its fastest road; loaded by its CSV load format. The time is that of pipeline.run alone.
"""

import json
import os
import sys
import time

import dlt
import pyarrow.csv
from dlt.sources.helpers.transform import add_row_hash_to_table

CHUNK = 200_000


@dlt.resource(
    name="orders",
    primary_key="order_id",
    # Data frames have no row hash of dlt's own: its helper adds one, as its documentation says.
    write_disposition={
        "disposition": "merge",
        "strategy": "scd2",
        "row_version_column_name": "row_hash",
    },
)
def orders(path):
    table = pyarrow.csv.read_csv(path)
    for start in range(0, table.num_rows, CHUNK):
        yield table.slice(start, CHUNK).to_pandas()


def main(path, url, folder):
    os.environ["DESTINATION__POSTGRES__CREDENTIALS"] = url
    pipeline = dlt.pipeline(
        pipeline_name="peers",
        pipelines_dir=folder,
        destination="postgres",
        dataset_name="peer_dlt",
    )
    begun = time.perf_counter()
    source = orders(path).add_map(add_row_hash_to_table("row_hash"))
    pipeline.run(source, loader_file_format="csv")
    seconds = time.perf_counter() - begun
    with pipeline.sql_client() as client:
        current = client.execute_sql("select count(*) from orders where _dlt_valid_to is null")
    print(json.dumps({"seconds": seconds, "rows": current[0][0]}))


if __name__ == "__main__":
    main(*sys.argv[1:4])
