namespace Tain.Doctor.Containers;

/// <summary>Pitfalls in the names of images.</summary>
internal static class ImagePitfalls
{
    public static Pitfall MovingTag { get; } = new("container-moving-tag", Severity.Warning,
        new("An image's tag means another image every now and then", "镜像标签所指的内容随时会变"),
        new("{image} has the tag {tag}, which the image's maker moves on to each new version: a build of today may not be had again tomorrow, a mirror has to ask upstream for every pull, and what it has kept may be older than what others get.",
            "{image} 使用标签 {tag}，发布者每出新版都会移动它：今天的构建明天无法重现；镜像站每次拉取都要向上游询问，其缓存也可能比别人拿到的旧。"),
        new("Write a version behind {name}:. Where there is none, or where it must never change, write the digest: {name}@sha256:…. docker buildx imagetools inspect {image} prints it.",
            "在 {name}: 之后写明版本号。没有版本号或绝不能变时，写摘要：{name}@sha256:…。用 docker buildx imagetools inspect {image} 查看。"));

    public static Pitfall NotPinned { get; } = new("container-not-pinned", Severity.Note,
        new("Images are named by version, not by digest", "镜像只写了版本号，没有写摘要"),
        new("Images with a tag and no digest: {count} ({examples}). A tag can be pushed anew: two machines may then run different images under one name, and no mirror can tell the right one.",
            "只有标签而没有摘要的镜像：{count} 个（{examples}）。标签可以被重新推送：两台机器可能以同一名称运行不同镜像，镜像站也无法判断哪个才对。"),
        new("Add the digest behind the tag, as in {image}@sha256:…, and let Renovate or Dependabot renew both. docker buildx imagetools inspect {image} prints it.",
            "在标签后加上摘要，例如 {image}@sha256:…，并用 Renovate 或 Dependabot 一并更新。用 docker buildx imagetools inspect {image} 查看摘要。"));

    public static Pitfall NotAllowed { get; } = new("container-image-not-allowed", Severity.Error,
        new("An image comes from where the team allows none", "镜像来自团队未允许的来源"),
        new("{what} comes from none of the places that {file} allows: {allowed}.",
            "{what} 不在 {file} 允许的来源之内：{allowed}。"),
        new("Take the image from one of them (a mirror usually has it as HOST/PROJECT/… with the same name), or add a line {name} under images: in {file}.",
            "改用其中某个来源的镜像（镜像站上通常是 主机/项目/… 加相同名称）；或在 {file} 的 images: 下添加 {name}。"));

    public static IReadOnlyList<Pitfall> All { get; } = [MovingTag, NotPinned, NotAllowed];
}
