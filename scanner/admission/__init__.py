"""Admission policies: running those of a cluster on manifests, and writing rules as ValidatingAdmissionPolicies.

A room of its own above `policy`: it uses rules and their truth, and knows no framework, engine, gate or report.

In: `policy_files` reads policies and bindings (their fields are in `policy_shapes`), and `compiled_policy` compiles
their expressions (`expressions`, with the `functions` that Kubernetes adds to CEL). `kyverno` and `gatekeeper` make
such policies of those of other systems, whose words are in `dialects`. `policy_bindings` says where a policy holds and
with which parameters, `matching` which objects it is about, and `defaults` what the API server fills in before.
`policy_run` evaluates one policy on one object, `policy_evaluator` all policies on all objects, and `field_location`
says where a finding points.

Out: `exporting` writes a rule as a policy, with `kinds` for what it is about and `translating` for its expressions.
`cel_tokens` splits CEL into words for both.
"""
