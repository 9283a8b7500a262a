// A pull request fails only for what it makes worse; other branches are scanned as a whole. The gate compares with the
// base of the change, so the job must not make a shallow clone.
stage('Assay') {
    steps {
        sh '''
            python3 -m venv "$WORKSPACE_TMP/assay"
            PATH="$WORKSPACE_TMP/assay/bin:$PATH"
            # SOURCE
            pip install "REQUIREMENT"
            if [ -n "${CHANGE_TARGET:-}" ]; then
                git fetch --no-tags origin "+refs/heads/$CHANGE_TARGET:refs/remotes/origin/$CHANGE_TARGET"
                assay gate --base "origin/$CHANGE_TARGET"
            else
                assay scan
            fi
        '''
    }
}
