using System.Text;
using Tain.Doctor.Files;
using Tain.GoModules;

namespace Tain.Doctor.Go;

/// <summary>A go.work of the repository.</summary>
/// <param name="Content">Null when it can't be read.</param>
internal sealed record GoWorkspace(TextFile File, GoWorkFile? Content)
{
    public string Folder => Path.GetDirectoryName(File.Path)!;

    public bool IsVendored => GoFiles.IsVendored(Folder);

    public static IReadOnlyList<GoWorkspace> Read(Scene scene)
    {
        var workspaces = new List<GoWorkspace>();
        foreach (var file in scene.Named("go.work"))
        {
            if (!GoWorkFile.TryParse(Encoding.UTF8.GetBytes(file.Text), out var content, out var error))
                MainModule.AddBroken(scene, file, error);
            workspaces.Add(new(file, content));
        }
        return workspaces;
    }
}

/// <summary>A Go that go.mod or go.work asks for.</summary>
/// <param name="File">Which of the two.</param>
/// <param name="Version">Such as 1.27 or 1.27.1.</param>
internal sealed record GoDemand(TextFile File, string Version);
