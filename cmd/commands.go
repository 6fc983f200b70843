package cmd

import "github.com/spf13/cobra"

// commands lists the subcommands, each from the file of its name.
func commands(a *app) []*cobra.Command {
	return []*cobra.Command{
		newSoak(a),
		newVerify(a),
		newFire(a),
		newDiagnose(a),
		newTap(a),
		newClassify(a),
		newReport(a),
		newWatch(a),
		newCompare(a),
		newExport(a),
		newRuns(a),
		newProfiles(a),
		newDemo(a),
		newDemonode(a),
		newMan(a),
	}
}
