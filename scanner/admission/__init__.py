"""ValidatingAdmissionPolicy: running those of a cluster on manifests, and writing rules as such.

`reading` knows policy files, `matching` which objects a policy is about, `defaults` what the API server fills in,
`functions` Kubernetes' own functions in CEL, `expressions` how policies are evaluated, `places` what a finding points
at, `judging` what a cluster would say of an object, and `exporting` how a rule becomes a policy.
"""
