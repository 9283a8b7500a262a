"""Configurations of kubelets that kubeadm completes: it sets the CA for clients where it is missing."""

from __future__ import annotations

from scanner.facts.fact import Fact
from scanner.facts.kubernetes.cluster import Cluster
from scanner.facts.step import Facts, step
from scanner.subjects.kubernetes import RESOURCE

OF_KUBEADM = Fact(
    "completed_by_kubeadm",
    (RESOURCE,),
    bool,
    "True where its file holds an object of kubeadm, which sets the CA for clients; absent otherwise.",
    provide=(
        "state `authentication.x509.clientCAFile`, or look at what the kubelet uses: kubeadm, k3s and RKE2 set it "
        "where it is missing, and `kubectl get --raw /api/v1/nodes/NODE/proxy/configz` prints it"
    ),
    objects=("KubeletConfiguration",),
)


@step(Cluster, gives=(OF_KUBEADM,))
def find_kubelets_of_kubeadm(cluster: Cluster, facts: Facts) -> None:
    """The configurations beside objects of kubeadm: `kubeadm init --config` takes them from one file."""
    files = {each.origin.path for each in cluster.objects.in_group("kubeadm.k8s.io")}
    for kubelet in cluster.objects.of("kubelet.config.k8s.io", "KubeletConfiguration") if files else ():
        if kubelet.origin.path in files:
            facts.add(kubelet, OF_KUBEADM, True)
