create unique index planted on data.datasets (name);
