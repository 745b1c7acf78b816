"""More than one machine, on Dask: ``python -m whymap.cluster`` is the bridge that whymap's ``--cluster`` starts.

``whymap.cluster.order_rows`` orders a table by region, so that the workers can read their parts of it. Needs
``pip install 'whymap[cluster]'``, on the workers too.
"""

from .order import order_rows

__all__ = ["order_rows"]
