using Tain.Doctor;
using Tain.Ecosystems.Go;

namespace Tain.Tests.Doctor;

/// <summary>The rules on a client's settings stand in two places, one that gives them and one that judges them.</summary>
public sealed class SetupAgreesTests
{
    [Theory]
    [InlineData("")]
    [InlineData("git.corp.example,*.corp.example")]
    public async Task What_the_server_tells_its_clients_is_healthy(string @private)
    {
        using var patient = new Patient();
        var options = new GoOptions { Private = Tain.Tests.Ecosystems.Go.SumDb.SumDbRig.Patterns(@private), PrivateText = @private };
        foreach (var (name, value) in new GoSetup(options).VariablesFor("https://tain.corp.example").Select(v => (v.Name, v.Value)))
            patient.Environment[name] = value;
        var module = @private.Length > 0 ? "git.corp.example/lib" : "github.com/pkg/errors";
        patient.Write("repo/go.mod", $"module git.corp.example/app\n\ngo 1.24\n\nrequire {module} v1.0.0\n")
            .Write("repo/go.sum", $"{module} v1.0.0 h1:FEBLx1zS214owpjy7qsBeixbURkuhQAwrK5UwLGTwt4=\n{module} v1.0.0/go.mod h1:bwawxfHBFNV+L2hUp1rHADufV3IMtnDRdf1r5NINEl0=\n")
            .Write("repo/.git/config", "[remote \"origin\"]\n\turl = git@git.corp.example:app.git\n");
        Assert.Empty((await patient.ExamineAsync(0)).Findings.Select(f => f.Reason(Language.English)));
    }
}
