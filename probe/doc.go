// Package probe looks at the node: it finds a container or a process, samples
// its memory, tells what happens to it, and reads its log and its files.
//
// [Connect] gives an [Engine], [Engine.Container] a [Container]; [NewProcess]
// and [StartCommand] watch a process without an engine. All of them are
// [soak.Target]s. Every call to an engine goes through one gate that lets only
// GET and HEAD pass; [Launch] alone, which only the demo and the tests use,
// holds a key to more.
//
// Where the engine runs on this machine and may be looked into, memory is read
// from the container's own cgroup files and its log from the file that the
// engine writes; everything else goes through the engine's API.
package probe
