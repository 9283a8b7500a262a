"""`assay.yaml` and the options of the command line -> what a scan is asked for, and where each value comes from."""
