package checklist

import (
	"strings"

	"leakcheck/soak"
)

// composeService is the label in which Compose keeps a container's service.
const composeService = "com.docker.compose.service"

// Fill puts a container's real names into a hint or a command, and the flags
// that a command of leakcheck's or docker's needs to mean the same target.
func Fill(text string, t soak.TargetInfo) string {
	if !strings.Contains(text, "{") {
		return text
	}
	service := t.Labels[composeService]
	if service == "" {
		service = t.Name
	}
	if t.Kind == "process" {
		text = strings.ReplaceAll(text, "--container {container}", asProcess(t))
	}
	if strings.HasPrefix(text, "leakcheck ") {
		text = strings.Replace(text, "--container {container}", flags(t)+"--container {container}", 1)
	}
	if docker, ok := strings.CutPrefix(text, "docker "); ok && t.DockerHost != "" {
		text = "docker -H " + t.DockerHost + " " + docker
	}
	return strings.NewReplacer("{container}", t.Name, "{service}", service, "{image}", t.Image).Replace(text)
}

// Suits reports whether a command can be about a target: no engine and no
// Compose file knows a plain process.
func Suits(command string, t soak.TargetInfo) bool {
	return t.Kind != "process" || !strings.HasPrefix(command, "docker ") && !strings.HasPrefix(command, "docker-compose ")
}

// asProcess is how a command of leakcheck's names a process: one that runs is
// called "pid 4711", one that leakcheck started by its program.
func asProcess(t soak.TargetInfo) string {
	who := "--" + t.Name
	if !strings.HasPrefix(t.Name, "pid ") {
		who = "-- COMMAND"
		if t.Command != "" {
			who = "-- " + t.Command
		}
	}
	if t.Flags != "" {
		who = t.Flags + " " + who
	}
	return who
}

// flags are those that a command on a container repeats.
func flags(t soak.TargetInfo) (all string) {
	if t.DockerHost != "" {
		all = "--docker-host " + t.DockerHost + " "
	}
	if t.Flags != "" {
		all += t.Flags + " "
	}
	return all
}

// Standing is how a target stands when its checks are judged: what can be
// asked of it, and by which name.
type Standing struct {
	Stopped, Removed, Renamed bool
}

// command fills in a suggested command; empty where it could not work.
func (v View) command(text string) string {
	docker, _ := strings.CutPrefix(text, "docker ")
	verb, _, _ := strings.Cut(docker, " ")
	t, s := v.Target, v.Standing
	switch {
	case !Suits(text, t):
		return ""
	case t.Kind == "process" && s.Stopped && strings.HasPrefix(t.Name, "pid "): // it never comes back
		return ""
	case t.Kind == "process" || !strings.Contains(text, "{container}"):
		return Fill(text, t)
	case s.Removed:
		return ""
	case s.Stopped && (verb == "stats" || verb == "exec" || verb == "top"):
		return ""
	}
	if s.Renamed { // the engine knows it by its ID whatever it is called
		t.Name = t.ID[:min(len(t.ID), 12)]
	}
	text = Fill(text, t)
	if s.Stopped && strings.HasPrefix(text, "leakcheck diagnose ") {
		return Fill("docker start {container}", t) + " && " + text
	}
	return text
}
