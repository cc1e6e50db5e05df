package dev.plinth.engine;

import java.util.List;

/**
 * A comment of Java code for rules about its words.
 *
 * @param place where it begins, as {@code path:line}
 * @param text the comment with its marks
 */
record SourceComment(String place, String text) {
    SourceComment followedBy(String next) {
        return new SourceComment(place, text + "\n" + next);
    }

    boolean isJavadoc() {
        return text.startsWith("/**");
    }

    /** Returns its sentences without blocks of code, tables and marks. Each tag and each item begins a sentence. */
    List<DocumentPage.Sentence> sentences() {
        String page = text.replaceAll("^/\\*+|\\*/$", "")
                .replaceAll("(?m)^\\s*(?:\\*|//) ?", "")
                .replaceAll("(?s)<(pre|table)>.*?</\\1>", "\n\n")
                .replaceAll("\\{@\\w+[^}]*}", "`code`")
                .replaceAll("(?m)^\\s*@(?:param\\s+\\S+|return|throws\\s+\\S+)", "\n")
                .replaceAll("</?(?:p|li|ul|ol)>", "\n\n")
                .replaceAll("<[^>]*>", "");
        return new DocumentPage(new SourceFile(place, page)).sentences();
    }
}
